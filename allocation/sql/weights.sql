-- The weights of one proposal. Becomes the table `weights`, which the division reads.
--
-- Reads   judged(wallet, proposal, power, weight, cause, divides)
--         divisors(proposal, divisor)
-- Needs   $proposal   its number
--
-- A common divisor changes no share; without it the numbers of the division are smaller. The weight
-- as it was, the power and the cause are only carried along.
SELECT
    judged.wallet,
    judged.weight // divisors.divisor AS weight,
    judged.weight AS whole_weight,
    judged.power,
    judged.cause
FROM judged
JOIN divisors ON divisors.proposal = judged.proposal
WHERE judged.divides AND judged.proposal = $proposal
ORDER BY judged.wallet
