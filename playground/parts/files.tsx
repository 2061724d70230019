/** A place to drop files of MNIST or CIFAR-10. They never leave this computer. */
import { useState } from "preact/hooks";
import { lab } from "../lab.ts";

export function Files({ done }: { done: () => void }) {
  const [said, say] = useState("");
  const take = async (list: FileList | null | undefined) => {
    if (!list?.length) return;
    say("Reading …");
    try {
      await lab.give([...list]);
      say(`${list.length} file${list.length > 1 ? "s" : ""} read.`);
      done();
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files);
      }}
    >
      <label for="files">
        MNIST's two training files or CIFAR-10's data_batch_1.bin; they stay on this computer.
      </label>
      <input
        id="files"
        type="file"
        multiple
        onChange={(event) => void take(event.currentTarget.files)}
      />
      <p role="status">{said}</p>
    </div>
  );
}
