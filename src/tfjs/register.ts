/** `tfjs-initializers/register`: importing it is enough, everything that can be installed is. */
import "@tensorflow/tfjs-layers";
import { install } from "./install.ts";

install();
