import { testRun } from './global-setup.mjs';

export default async function tearDown() {
  await testRun.server?.stop();
  await testRun.folder?.remove();
}
