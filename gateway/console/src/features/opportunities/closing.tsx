/** Winning, losing and opening a deal again. */
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { changed, type Row } from "@/shared/api/records";
import { type Action, actionOf, type Description } from "@/shared/describe";
import { ActionDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";
import type { Pipeline } from "./pipelines";
import { winDeal, withoutStage } from "./stages";

/** The actions that this page shows itself. */
export const CLOSING = ["win", "lose", "reopen"];

type Props = { description: Description; deal: Row; pipeline: Pipeline };

export function Closing({ description, deal, pipeline }: Props) {
  const { label } = useText("opportunities");
  const client = useQueryClient();
  const tell = useTell();
  const dialog = useDialog<Action>();
  const options = {
    onError: tell.failed,
    onSettled: () => changed(client, "opportunities", deal.id),
  };
  const won = pipeline.stages.find(({ type }) => type === "WON");
  const winning = useMutation({ mutationFn: async () => won && winDeal(deal, won), ...options });
  const reopening = useMutation({
    mutationFn: () =>
      data(api.POST("/v1/opportunities/{id}:reopen", { params: { path: { id: deal.id } }, body: { etag: deal.etag } })),
    ...options,
  });
  const [win, lose, reopen] = CLOSING.map((name) => actionOf(description, name));
  const open = deal.status === "OPEN";
  return (
    <>
      {open && win && won && (
        <Button color="teal" onClick={() => winning.mutate()} loading={winning.isPending}>
          {label(win.label)}
        </Button>
      )}
      {open && lose && (
        <Button color="red" variant="light" onClick={() => dialog.open(lose)}>
          {label(lose.label)}
        </Button>
      )}
      {!open && reopen && (
        <Button variant="default" onClick={() => reopening.mutate()} loading={reopening.isPending}>
          {label(reopen.label)}
        </Button>
      )}
      {dialog.subject && (
        <ActionDialog
          description={description}
          action={withoutStage(dialog.subject)}
          row={deal}
          onClose={dialog.close}
        />
      )}
    </>
  );
}
