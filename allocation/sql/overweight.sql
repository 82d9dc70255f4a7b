-- Which wallet would weigh too much for 128 bits once multiplied?
--
-- Reads   judged(wallet, power, ...)
--         multipliers(wallet, numerator, denominator)
--         wallets(id, wallet)
-- Needs   $scale   a multiple of every denominator
--         $most    the largest number of 128 bits
--
-- The product itself cannot be tried, so the quotient is. As 128-bit division is slow, only powers
-- that are too large for the largest factor are looked at.
WITH factors AS (
    SELECT
        wallet,
        numerator,
        denominator,
        numerator::HUGEINT * $scale::HUGEINT // denominator::HUGEINT AS factor
    FROM multipliers
),

suspects AS (
    SELECT
        judged.wallet,
        judged.power,
        coalesce(factors.numerator, 1) AS numerator,
        coalesce(factors.denominator, 1) AS denominator,
        coalesce(factors.factor, $scale::HUGEINT) AS factor
    FROM judged
    LEFT JOIN factors ON factors.wallet = judged.wallet
    WHERE judged.power > (
        SELECT $most::HUGEINT // greatest(max(factor), $scale::HUGEINT) FROM factors
    )
)

SELECT
    wallets.wallet,
    power::VARCHAR AS power,
    numerator::VARCHAR || '/' || denominator::VARCHAR AS multiplier
FROM suspects
JOIN wallets ON wallets.id = suspects.wallet
WHERE power > $most::HUGEINT // factor
ORDER BY wallets.id
LIMIT 1
