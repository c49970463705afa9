/** Leaves a stage out: the deals that are in it need another one. */
import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useText } from "@/shared/i18n";
import { type Stage, successorsOf } from "./stages";

type Props = {
  stage: Stage;
  stages: readonly Stage[];
  /** Deals that are in it, as far as this person sees them. */
  count: number;
  onRemove: (stage: Stage, successor: string | null) => void;
  onClose: () => void;
};

export function Removal({ stage, stages, count, onRemove, onClose }: Props) {
  const { text } = useText("pipelines");
  const successors = successorsOf(stages, stage);
  const [successor, setSuccessor] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} title={text("pipeline.remove", { stage: stage.name })} role="alertdialog">
      <Stack>
        <Text size="sm">{text("pipeline.deals_inside", { count })}</Text>
        {stage.id && (
          <Select
            label={text("pipeline.successor")}
            description={text("pipeline.successor_help")}
            data={successors.map(({ id, name }) => ({ value: id ?? "", label: name }))}
            value={successor}
            onChange={setSuccessor}
            withAsterisk={count > 0}
            clearable
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {text("form.cancel")}
          </Button>
          <Button color="red" disabled={count > 0 && !successor} onClick={() => onRemove(stage, successor)}>
            {text("pipeline.remove_action")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
