-- The weights of one part. Becomes the table `weights`, which the division reads.
--
-- Reads   dividing(wallet, proposal, power, weight, cause, ...)
--         divisors(proposal, divisor)
-- Needs   $proposal   its number
--
-- A common divisor changes no share; without it the numbers of the division are smaller. (To divide
-- by 1 would change nothing, but takes 128-bit numbers most of the time.) The weight as it was, the
-- power and the cause are only carried along.
SELECT
    dividing.wallet,
    CASE
        WHEN divisors.divisor > 1 THEN dividing.weight // divisors.divisor ELSE dividing.weight
    END AS weight,
    dividing.weight AS whole_weight,
    dividing.power,
    dividing.cause
FROM dividing
JOIN divisors ON divisors.proposal = dividing.proposal
WHERE dividing.proposal = $proposal
ORDER BY dividing.wallet
