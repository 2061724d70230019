import { serialization } from "@tensorflow/tfjs-core";

/** What a saved model may name. */
export type Registrable = serialization.SerializableConstructor<serialization.Serializable>;

/**
 * Registers classes with the installed TensorFlow.js and hands them on. Factories make their instances of what
 * this returns; so who imports a factory has its class registered, and a bundler that drops the factory drops the
 * registration with it (each call is marked as pure).
 */
export function registered<Classes extends Record<string, object>>(classes: Classes): Classes {
  for (const cls of Object.values(classes)) serialization.registerClass(cls as Registrable);
  return classes;
}
