-- The greatest common divisor of the weights of each part: the smallest remainder that the divisor
-- found so far leaves. The divisor has to divide it as well; no row: the divisor is right.
--
-- Reads   dividing(wallet, proposal, weight, ...)
--         divisors(proposal, divisor)
--
-- This is Euclid over a whole column. It begins with a divisor of the smallest weight, the largest
-- and the sum, which whatever divides all weights divides; and whatever divides all weights and the
-- divisor divides the remainder. So the last one is the greatest that divides all. 1 needs no proof.
WITH remainders AS (
    SELECT dividing.proposal, dividing.weight % divisors.divisor AS remainder
    FROM dividing
    JOIN divisors ON divisors.proposal = dividing.proposal
    WHERE divisors.divisor > 1
)
SELECT proposal, min(remainder)::VARCHAR AS remainder
FROM remainders
WHERE remainder > 0
GROUP BY proposal
ORDER BY proposal
