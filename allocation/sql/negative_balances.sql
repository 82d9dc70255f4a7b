-- Which wallets have less than nothing at some time, and when first?
--
-- Reads   opening(wallet, staked)                balances before the earliest event; no row is 0
--         stake_events(wallet, moment, delta, ...)   before the end of the period, any order
--
-- What happens within one second happens at once: only its outcome must not be negative.
WITH changes AS (
    SELECT wallet, moment, sum(delta)::HUGEINT AS delta
    FROM stake_events
    GROUP BY wallet, moment
),

balances AS (
    SELECT
        changes.wallet,
        moment,
        coalesce(opening.staked, 0)::HUGEINT
            + sum(delta) OVER (PARTITION BY changes.wallet ORDER BY moment) AS balance
    FROM changes
    LEFT JOIN opening ON opening.wallet = changes.wallet
)
SELECT wallet, min(moment) AS moment
FROM balances
WHERE balance < 0
GROUP BY wallet
ORDER BY wallet
