-- The changes of balances. Becomes the table `stake_events`.
--
-- Reads   typed_stake_events(position, moment, wallet, delta, id)   unix seconds, texts, base units
--         wallets(id, wallet)
SELECT wallets.id AS wallet, moment, delta, typed_stake_events.id AS id
FROM typed_stake_events
JOIN wallets ON wallets.wallet = typed_stake_events.wallet
ORDER BY wallets.id, moment, delta, typed_stake_events.id
