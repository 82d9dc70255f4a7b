-- The greatest common divisor of each proposal's weights, first step: the smallest weight.
-- Becomes the table `divisors`, which `remainders` then corrects.
--
-- Reads   judged(wallet, proposal, weight, divides, ...)
SELECT proposal, min(weight) AS divisor
FROM judged
WHERE divides
GROUP BY proposal
ORDER BY proposal
