export declare const compiler: string;
export declare function compile(
  name: string,
  version: string,
  read?: (path: string) => string | null,
): Promise<Buffer<ArrayBuffer>>;
