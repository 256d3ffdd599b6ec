import * as v from "valibot";
import { Todo } from "../../core/values.ts";
import type { TodoTool } from "./tool.ts";

const Params = v.object({ todos: v.pipe(v.array(Todo), v.maxLength(100)) });

export const updateTodos: TodoTool<v.InferOutput<typeof Params>> = {
	name: "updateTodos",
	kind: "todo",
	description: "Writes down what is to do in this step, for the person who watches. Each call replaces the whole list.",
	params: Params,
	summarize: ({ todos }) => `${todos.filter((todo) => todo.state === "completed").length} of ${todos.length} done`,
	todos: ({ todos }) => todos,
};
