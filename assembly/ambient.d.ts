/** For the editor only: asc itself resolves `real` by `--use real=f32` or `--use real=f64`. */
declare type real = f64;
