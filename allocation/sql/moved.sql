-- How much did the limits of a token take out of its division? The sum of weights is taken in halves
-- of 64 bits: it is high * 2^64 + low.
--
-- Reads   judged(wallet, weight, cause, ...)
--         limited(token, wallet, cause, amount)
-- Needs   $token   its number
WITH weighed AS (
    SELECT
        limited.cause,
        limited.wallet,
        any_value(limited.amount) AS amount,
        count(*) AS input_rows,
        sum(judged.weight::HUGEINT >> 64) AS high,
        sum(judged.weight::HUGEINT & 18446744073709551615) AS low
    FROM limited
    JOIN judged ON judged.wallet = limited.wallet AND judged.cause IS NULL
    WHERE limited.token = $token
    GROUP BY limited.cause, limited.wallet
)
SELECT
    cause::VARCHAR AS cause,
    sum(input_rows)::UBIGINT AS input_rows,
    count(*) AS wallets,
    sum(high)::VARCHAR AS high,
    sum(low)::VARCHAR AS low,
    sum(amount)::VARCHAR AS amount
FROM weighed
GROUP BY weighed.cause
ORDER BY weighed.cause
