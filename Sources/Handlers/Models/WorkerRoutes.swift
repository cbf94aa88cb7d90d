internal import FoundationEssentials
public import Generation
public import HTTP
internal import Logging
internal import Text

extension ModelRoutes {
    /// The routes by which admins make and revoke the tokens of workers.
    public static func workerRoutes(_ workers: Workers) -> [Route] {
        [list(workers), create(workers).forPeopleOnly().afterRecentSignIn(), revoke(workers).forPeopleOnly()]
    }

    private static func list(_ workers: Workers) -> Route {
        .get(
            "/api/admin/workers", access: .admin, limit: .api, features: ["GPU-01"],
            summary: "The workers on machines with a graphics card: what each runs, when it was last seen, and its job."
        ) { context in
            WorkerList(workers: try workers.list(for: try context.member().id))
        }
    }

    private static func create(_ workers: Workers) -> Route {
        .post(
            "/api/admin/workers", access: .admin, body: CreateWorkerInput.self, answers: [201: NewWorker.schema],
            features: ["GPU-01"], summary: "Makes the token of a worker. Only this answer contains the token itself."
        ) { context, input in
            let (id, token) = try workers.create(input.name, by: try context.member().id)
            context.log.notice("a worker's token was made", ["worker": .string(id.text)])
            return Response.json(NewWorker(id: id, name: input.name, token: token), status: 201)
        }
    }

    private static func revoke(_ workers: Workers) -> Route {
        .delete(
            "/api/admin/workers/[id]", access: .admin, answers: [204: nil], features: ["GPU-01"],
            summary: "Revokes the token of a worker at once. Its job goes to another worker."
        ) { context in
            try workers.revoke(try context.uuid("id"), by: try context.member().id)
            return Response.noContent
        }
    }
}

private struct CreateWorkerInput: InputShape {
    @Input(.text(1...60), "Your name for the worker.") var name: String
}

private struct NewWorker: Shaped {
    let id: UUID
    let name: String
    let token: WorkerToken

    static let shape = Shape<NewWorker>("NewWorker") {
        Field("id", \.id)
        Field("name", \.name)
        Field(
            "token", \.token.text, .string(WorkerToken.length...WorkerToken.length),
            "The token itself. No other answer contains it.")
    }
}

private struct WorkerList: Shaped {
    let workers: [WorkerSummary]

    static let shape = Shape<WorkerList>("WorkerList") {
        Field("workers", \.workers)
    }
}

extension WorkerSummary: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<WorkerSummary>("ListedWorker") {
        Field("id", \.id)
        Field("name", \.name)
        Field("createdAt", \.createdAt)
        Field("lastSeenAt", \.lastSeenAt, "When it last asked or reported something; null when never.")
        Field("models", \.models, "The models that it runs, by the endpoints of the catalog.")
        Field("device", \.device, "Its card, as it says.")
        Field("version", \.version)
        Field("step", \.step, "The step that its job has reached; null without a job.")
        Field("steps", \.steps)
        Field("done", \.done, "The jobs of the last two days that it did.")
        Field("failed", \.failed, "Those that it could not do.")
    }
}
