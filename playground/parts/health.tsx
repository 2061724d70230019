/** The figures of `inspect`, a row for each layer and network. */
import type { Standing } from "../lab/arena.ts";

export const Health = ({ nets }: { nets: readonly Standing[] }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label="Health of the layers">
    <table>
      <caption>
        <code>inspect(model, xs)</code>: the health of every layer
      </caption>
      <thead>
        <tr>
          <th scope="col">network</th>
          <th scope="col">layer</th>
          <th scope="col">dead units</th>
          <th scope="col">mean</th>
          <th scope="col">variance</th>
          <th scope="col">likeness</th>
          <th scope="col">rank</th>
        </tr>
      </thead>
      <tbody>
        {nets.flatMap((net) =>
          (net.layers ?? []).map((row) => (
            <tr key={`${net.name} ${row.layer}`}>
              <th scope="row">{net.name}</th>
              <td>{row.layer}</td>
              <td>{Math.round(100 * row.dead)} %</td>
              <td>{row.mean.toPrecision(2)}</td>
              <td>{row.variance.toPrecision(3)}</td>
              <td>{row.likeness.toFixed(2)}</td>
              <td>{row.rank.toFixed(1)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </div>
);
