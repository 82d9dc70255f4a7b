-- The balances before the earliest event. Becomes the table `opening`.
--
-- Reads   typed_opening(position, wallet, staked)
--         wallets(id, wallet)
SELECT wallets.id AS wallet, staked
FROM typed_opening
JOIN wallets ON wallets.wallet = typed_opening.wallet
ORDER BY wallets.id
