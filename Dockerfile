# Paddock in a container, as an unprivileged user.
#
#   docker build -t paddock .                         # CPU, and GPUs by Vulkan
#   docker build -t paddock:cuda --target cuda .      # NVIDIA GPUs by CUDA 13
#   docker run -it --rm -v paddock-data:/paddock/data paddock
#
# The image's own Node.js is the runtime; the packages that bring one for `npm start` are left out.

FROM node:24-bookworm-slim AS install
WORKDIR /paddock
COPY package.json package-lock.json ./
RUN npm install --no-save --ignore-scripts --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/node-linux-* node_modules/node-win-* node_modules/.bin/node

FROM install AS install-without-cuda
RUN rm -rf node_modules/@node-llama-cpp/*-cuda node_modules/@node-llama-cpp/*-cuda-ext

FROM nvidia/cuda:13.0.1-runtime-ubuntu24.04 AS cuda
COPY --from=node:24-bookworm-slim /usr/local/bin/node /usr/local/bin/node
RUN groupadd --system paddock && useradd --system --gid paddock --home-dir /paddock paddock \
 && mkdir -p /paddock/data && chown paddock:paddock /paddock/data
WORKDIR /paddock
COPY --from=install /paddock/node_modules node_modules
COPY package.json ./
COPY config config
COPY personas personas
COPY src src
USER paddock
ENV NODE_ENV=production
VOLUME /paddock/data
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "src/main.ts"]
CMD ["start"]

FROM node:24-bookworm-slim AS paddock
# The Vulkan loader and the open drivers, for AMD and Intel GPUs; NVIDIA's comes with its container runtime.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /paddock/data && chown node:node /paddock/data
WORKDIR /paddock
COPY --from=install-without-cuda /paddock/node_modules node_modules
COPY package.json ./
COPY config config
COPY personas personas
COPY src src
USER node
ENV NODE_ENV=production
VOLUME /paddock/data
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "src/main.ts"]
CMD ["start"]
