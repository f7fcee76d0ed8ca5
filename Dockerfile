# The image has the compiled service and its production dependencies, and runs as an ordinary user.
# It needs DATABASE_URL and JWT_SECRET. It writes no file, so the root filesystem may be read-only.

FROM node:24-slim AS base
WORKDIR /app

# No install script is needed to build or to run, because every native part is prebuilt.
FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY src ./src
RUN npm run build

# TypeScript is an optional peer of @nestjs/swagger for a build-time plugin, which is not used here. npm
# installs it because the lock file has it. Nothing loads it at run time.
FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver

FROM base AS production
ENV NODE_ENV=production
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8000) + '/health/ready', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=25", "--v8-pool-size=1", "dist/main.js"]
