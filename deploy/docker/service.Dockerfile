# One image per service: docker build -f deploy/docker/service.Dockerfile --build-arg PACKAGE=crm-sales .
# The image has the console script of its package and what the lock file says it needs, nothing else.
FROM python:3.11-slim AS builder
ARG UV_VERSION=0.13.9
RUN pip install --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY proto proto
COPY services services
COPY gateway gateway
ARG PACKAGE
RUN test -n "$PACKAGE" && \
    UV_PROJECT_ENVIRONMENT=/opt/crm UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 \
    uv sync --frozen --no-dev --no-default-groups --package "$PACKAGE" --no-editable

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin crm
COPY --from=builder /opt/crm /opt/crm
ENV PATH=/opt/crm/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
