export default async function tearDown() {
  const { server, folder } = globalThis.testRun;
  await server?.stop();
  await folder.remove();
}
