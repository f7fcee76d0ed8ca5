import { rm } from 'node:fs/promises';

export default async function tearDown() {
  if (!globalThis.testServer) return;
  const { server, dataDir } = globalThis.testServer;
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
