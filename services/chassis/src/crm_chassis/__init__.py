"""What every service of the suite stands on: mechanism only, never a CRM noun.

| package     | what it gives |
|-------------|---------------|
| contracts   | validation, mapping, paging, filtering and JSON, all derived from the .proto files |
| db          | transactions that write history and events, idempotency keys, imports, search, migrations |
| access      | who is calling, what they may do, and the one predicate that limits rows |
| rpc         | the gRPC server and client; the only importer of grpc |
| bus         | topology, relay and subscriber; the only importer of kombu; bus.worker alone imports nameko |
| testing     | pytest fixtures on a real database and broker |
"""
