# syntax=docker/dockerfile:1
FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /penny

# The dependencies are a layer of their own: an empty program that needs all of them.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches/load tests/it tests/browser \
    && echo 'fn main() {}' | tee src/main.rs benches/load/main.rs tests/it/main.rs tests/browser/main.rs >build.rs \
    && touch src/lib.rs \
    && cargo build --release --locked --no-default-features --features otlp \
    && rm -r src build.rs

COPY .sqlx .sqlx
COPY migrations migrations
COPY build.rs ./
COPY src src
# The copied files may be older than the empty program that was built.
RUN touch build.rs src/main.rs src/lib.rs \
    && SQLX_OFFLINE=true cargo build --release --locked --no-default-features --features otlp

FROM debian:trixie-slim
RUN apt-get update \
    # The fonts are for charts and reports in scripts that Noto Sans lacks.
    && apt-get install -y --no-install-recommends ca-certificates \
        fonts-dejavu-core fonts-droid-fallback fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --uid 10001 penny
COPY --from=build /penny/target/release/penny /usr/local/bin/penny
USER penny
ENV PENNY_LOG=json PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["penny", "doctor", "--live"]
ENTRYPOINT ["penny"]
CMD ["serve"]
