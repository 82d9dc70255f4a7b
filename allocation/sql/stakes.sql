-- How much was staked, and how much of it counts. Sums are taken in halves of 64 bits, as they may
-- be larger than 128 bits: a sum is high * 2^64 + low.
--
-- Reads   shared(wallet, power, cause, ...)
SELECT
    cause IS NULL AS counts,
    count(*) AS wallets,
    sum(power::HUGEINT >> 64)::VARCHAR AS high,
    sum(power::HUGEINT & 18446744073709551615)::VARCHAR AS low
FROM shared
WHERE power > 0
GROUP BY counts
ORDER BY counts
