# drift-monitor in a slim image. Needs no BuildKit.
#
#   docker build -t drift-monitor:local .
#   docker build -t fabric-sim:local --target fabric-sim .

FROM debian:bookworm AS build
ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /src
# The packages change seldom, the sources often: a layer of their own.
COPY scripts/ scripts/
RUN scripts/install-deps.sh --build-only
COPY . .
RUN cmake --preset release -DDM_TESTS=OFF \
 && cmake --build build/release --target drift-monitor fabric-sim --parallel "$(nproc)" \
 && mkdir /out \
 && for program in drift-monitor fabric-sim; do \
      found="$(find build/release -type f -name "$program" -perm -u+x | head -n 1)"; \
      test -n "$found" && strip -o "/out/$program" "$found" || exit 1; \
    done

FROM debian:bookworm-slim AS runtime-base
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates \
      curl \
      libcurl4 \
      libfmt9 \
      libnghttp2-14 \
      libprotobuf32 \
      libsimdjson14 \
      libspdlog1.10 \
      libsqlite3-0 \
      libssl3 \
      libyaml-cpp0.7 \
      zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 drift-monitor \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/drift-monitor \
      --shell /usr/sbin/nologin drift-monitor \
 && install -d -o 10001 -g 10001 -m 0750 /var/lib/drift-monitor

# The simulated fabric, for the demo and for people without a lab.
FROM runtime-base AS fabric-sim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgrpc++1.51 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/fabric-sim /usr/local/bin/fabric-sim
COPY lab/ /usr/share/fabric-sim/lab/
WORKDIR /usr/share/fabric-sim
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/fabric-sim"]

# Last, so that it is what a plain `docker build .` gives.
FROM runtime-base AS drift-monitor
COPY --from=build /out/drift-monitor /usr/local/bin/drift-monitor
# A library that is missing here would otherwise show only when the container starts.
RUN ["/usr/local/bin/drift-monitor", "version"]
USER 10001:10001
WORKDIR /var/lib/drift-monitor
VOLUME ["/var/lib/drift-monitor"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["/usr/local/bin/drift-monitor"]
CMD ["run"]
