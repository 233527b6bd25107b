# The two images of the project:
#   docker build --target server   -t docker.io/caspool/server .
#   docker build --target operator -t docker.io/caspool/operator .
# Without Docker, `make image` makes the same layout (tools/image/build.ts). What goes in: tools/image/images.json.

FROM node:24.21.0-bookworm-slim AS base
ENV NODE_ENV=production HOME=/tmp
WORKDIR /app

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tools/image/app.ts server /out/server && node tools/image/app.ts operator /out/operator

FROM base AS server
COPY --from=build /out/server/app /app
USER 1000:1000
ENTRYPOINT ["node", "dist/server/main.js"]

FROM base AS operator
COPY --from=build /out/operator/app /app
USER 1000:1000
ENTRYPOINT ["node", "dist/operator/main.js"]
