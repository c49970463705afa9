/** Marks a task as done at once, with a way back. */
import { useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { changed, paint, type Row } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

export function useComplete(): (task: Row) => Promise<void> {
  const client = useQueryClient();
  const { text } = useText("tasks");
  const tell = useTell();
  const show = (task: Row) => paint(client, "tasks", task.id, () => task);

  const reopen = async (task: Row) => {
    const params = { path: { id: task.id }, header: { "If-Match": `"${task.etag}"` } };
    try {
      show(await data(api.PATCH("/v1/tasks/{id}", { params, body: { status: "OPEN" } })));
    } catch (problem) {
      tell.failed(problem);
    }
    await changed(client, "tasks", task.id);
  };
  return async (task) => {
    show({ ...task, status: "DONE" });
    try {
      const params = { path: { id: task.id } };
      const done = await data(api.POST("/v1/tasks/{id}:complete", { params, body: { etag: task.etag } }));
      show(done);
      tell.undoable(text("tasks.completed", { title: task.subject }), () => reopen(done));
    } catch (problem) {
      show(task);
      tell.failed(problem);
    }
    await changed(client, "tasks", task.id);
  };
}
