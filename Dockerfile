# The image of every role: `swb` on Python, as a user without rights, on a file system it need not
# write to. What runs and how it is checked stands in docker-compose.yml.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build

# Every wheel of the lock, each by its hash; nothing is built, so nothing foreign runs here.
COPY requirements.lock ./
RUN pip download --no-cache-dir --require-hashes --no-deps --only-binary :all: \
        --requirement requirements.lock --dest wheels

# From those alone pip takes what the program needs to run: the lock's tools for development and
# the compiler of nothing stay behind, and the network is not asked again.
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY config config
COPY broker broker
RUN python -m venv --without-pip /opt/swb \
    && pip --python /opt/swb install --no-cache-dir --no-index --find-links wheels .

FROM python:3.11.14-slim-bookworm
LABEL org.opencontainers.image.title="single-window-broker" \
      org.opencontainers.image.description="A Single Window message broker" \
      org.opencontainers.image.licenses="Apache-2.0"

# A running broker installs nothing.
RUN pip uninstall --yes --quiet pip setuptools wheel \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin swb
COPY --from=build /opt/swb /opt/swb
ENV PATH="/opt/swb/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# The configuration is mounted at /srv/swb/config; without a mount it is the sample state's.
WORKDIR /srv/swb
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["swb"]
