"""What has the nouns of the trade and is the same in several services. It knows the chassis and no service."""
