// Jest's globalTeardown: ends what global-setup.ts started.

// biome-ignore lint/style/noDefaultExport: Jest asks for it
export default async function tearDown(): Promise<void> {
  await globalThis.caspoolTestReplicaSet?.stop()
}
