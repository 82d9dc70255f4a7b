-- Whose stake counts? Becomes the table `judged`: every wallet, and the first rule that removed it.
--
-- Reads   staked(wallet, total)       total: the stake summed over the days or seconds of the period
--         excluded(wallet, reason)    each wallet once
-- Needs   $minimum_total   smallest sum that counts: the minimum average times the number of days or
--                          seconds, so that no average is ever rounded; NULL where there is none
--
-- Wallets are numbers here, given in the byte order of the keys. There are no proposals: the whole
-- pool is one part, number 0.
--
-- The order of the WHENs is the order of the rules: a wallet carries the first cause that removed
-- it. A comparison with NULL is never true: no exclusion and no minimum remove nothing.
WITH caused AS (
    SELECT
        staked.wallet,
        staked.total,
        CASE
            WHEN staked.total = 0 THEN 'zero_power'
            WHEN excluded.wallet IS NOT NULL THEN 'excluded'
            WHEN staked.total < $minimum_total::HUGEINT THEN 'minimum_average'
        END::cause AS cause  -- NULL: it counts
    FROM staked
    LEFT JOIN excluded ON excluded.wallet = staked.wallet
)
SELECT
    wallet,
    0::UINTEGER AS proposal,
    total AS power,
    total AS weight,
    cause,
    cause IS NULL AS divides
FROM caused
ORDER BY wallet
