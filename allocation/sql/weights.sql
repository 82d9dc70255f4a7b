-- The weights of one proposal. Becomes the table `weights`, which the division reads.
--
-- Reads   judged(wallet, proposal, weight, divides, ...)
--         divisors(proposal, divisor)
-- Needs   $proposal   its number
--
-- A common divisor changes no share; without it the numbers of the division are smaller.
SELECT judged.wallet, judged.weight // divisors.divisor AS weight
FROM judged
JOIN divisors ON divisors.proposal = judged.proposal
WHERE judged.divides AND judged.proposal = $proposal
ORDER BY judged.wallet
