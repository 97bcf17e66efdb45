import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a file of ours in a thread of its own; `beside` is the `import.meta.url` of a file in
 * the same folder, or of what both were put into. The compiler rewrites imports, not addresses,
 * so it is known from `beside` whether sources run or what was built. Node 20 does not hand the
 * hooks of tsx on to threads: one that runs sources registers them itself.
 */
export function startThread(beside: string, name: string, options: WorkerOptions): Worker {
  if (!beside.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, beside), options);
  const hooks = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const file = JSON.stringify(new URL(`./${name}.ts`, beside).href);
  const code = `import { register } from ${hooks}; register(); await import(${file});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
}
