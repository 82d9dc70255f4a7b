-- Which votes count? Becomes the table `judged`: every vote, and the first rule that removed it.
--
-- Reads   votes(wallet, proposal, power, side)   identical repetitions are already gone
--         excluded(wallet, reason)               each wallet once
-- Needs   $exclude_sides   texts of `side` that do not count
--         $minimum_vote    smallest power that counts, in base units; NULL where there is none
--         $denominator     'counted': what a minimum removes leaves the division as well;
--                          'all': it stays in the division, and its share is paid to nobody
--
-- Wallets and proposals are numbers here. Numbers were given in the byte order of the keys, so
-- "the smaller number" always means "the smaller key".
--
-- The order of the WHENs is the order of the rules: a vote carries the first cause that removed it.
-- A comparison with NULL is never true: no side, no exclusion and no minimum remove nothing.
WITH caused AS (
    SELECT
        votes.wallet,
        votes.proposal,
        votes.power,
        CASE
            WHEN votes.power = 0 THEN 'zero_power'
            WHEN list_contains($exclude_sides::VARCHAR[], votes.side) THEN 'side'
            WHEN excluded.wallet IS NOT NULL THEN 'excluded'
            WHEN votes.power < $minimum_vote::UBIGINT THEN 'minimum_vote'
        END::cause AS cause  -- NULL: it counts
    FROM votes
    LEFT JOIN excluded ON excluded.wallet = votes.wallet
)
SELECT
    wallet,
    proposal,
    power,
    power AS weight,
    cause,
    cause IS NULL OR (cause = 'minimum_vote' AND $denominator = 'all') AS divides
FROM caused
ORDER BY wallet, proposal
