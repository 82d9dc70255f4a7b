-- The greatest common divisor of each proposal's weights, every further step: the smallest remainder
-- that the divisor found so far leaves. It becomes the divisor; no row: the divisor is right.
--
-- Reads   judged(wallet, proposal, weight, divides, ...)
--         divisors(proposal, divisor)
--
-- This is Euclid over a whole column. Every number on the way is a difference of multiples of
-- weights, so whatever divides all weights divides it; the last one divides all weights itself; so
-- it is the greatest that does.
SELECT judged.proposal, min(judged.weight % divisors.divisor) AS divisor
FROM judged
JOIN divisors ON divisors.proposal = judged.proposal
WHERE judged.divides AND judged.weight % divisors.divisor > 0
GROUP BY judged.proposal
ORDER BY judged.proposal
