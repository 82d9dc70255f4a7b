-- What each proposal's weights amount to, after division by their greatest common divisor.
--
-- Reads   judged(wallet, proposal, weight, divides, ...)
--         divisors(proposal, divisor)
--
-- The sum is taken in two halves of 64 bits: added up at once, huge weights could leave 128 bits
-- before anybody could refuse them. sum of weights = high * 2^64 + low.
WITH reduced AS (
    SELECT
        judged.proposal,
        divisors.divisor,
        (judged.weight // divisors.divisor)::HUGEINT AS weight
    FROM judged
    JOIN divisors ON divisors.proposal = judged.proposal
    WHERE judged.divides
)
SELECT
    proposal,
    count(*) AS voters,
    any_value(divisor)::VARCHAR AS divisor,
    sum(weight >> 64)::VARCHAR AS high,
    sum(weight & 18446744073709551615)::VARCHAR AS low,
    max(weight)::VARCHAR AS largest
FROM reduced
GROUP BY proposal
ORDER BY proposal
