-- What did multipliers other than 1 do to the rows that no rule removed? Sums are taken in halves of
-- 64 bits: a sum is high * 2^64 + low.
--
-- Reads   shared(wallet, power, weight, cause, ...)
--         multipliers(wallet, numerator, denominator)
SELECT
    count(*) AS input_rows,
    count(DISTINCT shared.wallet) AS wallets,
    coalesce(sum(power::HUGEINT >> 64), 0)::VARCHAR AS power_high,
    coalesce(sum(power::HUGEINT & 18446744073709551615), 0)::VARCHAR AS power_low,
    coalesce(sum(weight::HUGEINT >> 64), 0)::VARCHAR AS weight_high,
    coalesce(sum(weight::HUGEINT & 18446744073709551615), 0)::VARCHAR AS weight_low
FROM shared
JOIN multipliers ON multipliers.wallet = shared.wallet
WHERE shared.cause IS NULL AND numerator <> denominator
