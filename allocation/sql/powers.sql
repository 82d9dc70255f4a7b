-- How much voted on each proposal, whatever counts of it: this is what a published total shows.
--
-- Reads   shared(wallet, proposal, power, cause, ...)
SELECT
    proposal,
    count(*) AS voters,
    sum(power)::VARCHAR AS power,
    count(*) FILTER (cause IS NULL) AS counted_voters,
    (coalesce(sum(power) FILTER (cause IS NULL), 0))::VARCHAR AS counted_power
FROM shared
GROUP BY proposal
ORDER BY proposal
