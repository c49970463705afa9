"""Events that come in: subscriptions applied once and in order, replays, what operators see of them."""
