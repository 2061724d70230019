// What "@tensorflow/tfjs-core" means in the script-tag bundle: the global of the union build.
if (globalThis.tf?.serialization === undefined) {
  throw new Error(
    "tfjs-initializers: load @tensorflow/tfjs, which makes the global tf, before this script",
  );
}
module.exports = globalThis.tf;
