import type { Growth } from "../growth.ts";

const sizes = [512, 1024, 2048, 4096];

/** How cost grows: `npm run bench -- --only grows`. */
const cases: Growth[] = [
  { name: "matmul grows", job: "matmul", sizes },
  { name: "haar grows", job: "haar", sizes },
  { name: "qr grows", job: "qr", sizes },
  { name: "eigh grows", job: "eigh", sizes },
  { name: "svd grows", job: "svd", sizes },
  { name: "svd jacobi grows", job: "svd", method: "jacobi", sizes },
];

export default cases;
