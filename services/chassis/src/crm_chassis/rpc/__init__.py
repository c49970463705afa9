"""gRPC: the only package that imports grpc."""
