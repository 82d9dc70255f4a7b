-- What the weights of each part of a pool amount to. A part is a proposal, or with stakes the whole.
--
-- Reads   dividing(wallet, proposal, weight, ...)   all rows that take part, no weight is 0
--
-- The sum is taken in two halves of 64 bits: added up at once, huge weights could leave 128 bits
-- before anybody could refuse them. sum of weights = high * 2^64 + low.
SELECT
    proposal,
    count(*) AS voters,
    min(weight)::VARCHAR AS smallest,
    max(weight)::VARCHAR AS largest,
    sum(weight::HUGEINT >> 64)::VARCHAR AS high,
    sum(weight::HUGEINT & 18446744073709551615)::VARCHAR AS low
FROM dividing
GROUP BY proposal
ORDER BY proposal
