-- The votes of the round. Becomes the table `votes`.
--
-- Reads   typed_votes(position, wallet, proposal, power, side)   texts, and base units
--         wallets(id, wallet)
--         proposals(id, proposal)
--
-- Rows of proposals that are none of the round find no partner here and leave.
SELECT wallets.id AS wallet, proposals.id AS proposal, power, side
FROM typed_votes
JOIN wallets ON wallets.wallet = typed_votes.wallet
JOIN proposals ON proposals.proposal = typed_votes.proposal
ORDER BY wallets.id, proposals.id
