internal import FoundationEssentials
public import Generation
public import HTTP
internal import Logging
internal import Platform
internal import Postgres
internal import Refusals
public import Storage
internal import Text

extension StudioRoutes {
    /// The routes by which workers take and report tasks. Each proves itself by its token.
    public static func workerRoutes(
        _ tasks: WorkerTasks, _ line: WorkerLine, storage: any MediaStorage, signer: UploadSigner
    ) -> [Route] {
        let files = WorkerFiles(tasks: tasks, storage: storage, signer: signer)
        return [claim(tasks, line), heartbeat(tasks), progress(tasks), upload(files), done(files), fail(tasks)]
    }

    private static func claim(_ tasks: WorkerTasks, _ line: WorkerLine) -> Route {
        .change(
            .post, "/api/worker/claim", access: .provider, limit: nil, body: ClaimInput.self,
            answers: [200: ClaimedTask.schema, 204: nil], features: ["GPU-01"],
            summary:
                "Gives a worker the oldest job that it can do. Without one it waits for `wait` seconds, and answers 204."
        ) { context, input in
            // Without a token nothing is looked up, so this thread need not wait.
            let token = try context.workerToken()
            var facts: [String: String] = ["name": input.worker]
            facts["device"] = input.device
            facts["version"] = input.version
            let attempt: @Sendable () throws -> WorkerTasks.Claim? = { [facts] in
                try tasks.claim(token, models: input.models, facts: facts)
            }
            let answer: @Sendable (WorkerTasks.Claim?) -> Response = { claim in
                guard let claim else { return .noContent }
                context.log.info(
                    "a worker takes a job", ["job": .string(claim.id.text), "model": .string(claim.model)])
                return .json(ClaimedTask(claim: claim))
            }
            if let claim = try attempt() { return .now(answer(claim)) }
            guard let wait = input.wait, wait > 0 else { return .now(.noContent) }
            return .later { then in
                line.wait(for: .milliseconds(Int(wait * 1_000)), attempt) { outcome in then(outcome.map(answer)) }
            }
        }
    }

    private static func heartbeat(_ tasks: WorkerTasks) -> Route {
        .post(
            "/api/worker/heartbeat", access: .provider, limit: nil, body: HeartbeatInput.self,
            answers: [200: WorkerOrder.schema], features: ["GPU-01"],
            summary: "Renews a worker's lease. `continue` is false when the job was cancelled or is another worker's."
        ) { context, input in
            WorkerOrder(mayContinue: try tasks.renew(input.job, input.lease, try context.workerToken()))
        }
    }

    private static func progress(_ tasks: WorkerTasks) -> Route {
        .post(
            "/api/worker/progress", access: .provider, limit: nil, body: ProgressInput.self,
            answers: [200: WorkerOrder.schema], features: ["GPU-01"],
            summary: "Notes the step that a worker has reached, and renews its lease."
        ) { context, input in
            WorkerOrder(
                mayContinue: try tasks.renew(
                    input.job, input.lease, try context.workerToken(), step: input.step, steps: input.steps))
        }
    }

    private static func upload(_ files: WorkerFiles) -> Route {
        .post(
            "/api/worker/upload", access: .provider, limit: nil, body: WorkerUploadInput.self,
            answers: [200: WorkerUpload.schema], features: ["GPU-01", "CLIP-01"],
            summary:
                "Signed addresses for the parts of a worker's file, and the parts that have arrived. Asked again, it resumes."
        ) { context, input in
            try files.begin(input, context)
        }
    }

    private static func done(_ files: WorkerFiles) -> Route {
        .post(
            "/api/worker/done", access: .provider, limit: nil, body: DoneInput.self,
            answers: [200: WorkerReceipt.schema], features: ["GPU-01"],
            summary: "Hands a worker's file in, once its parts have arrived; a repetition changes nothing."
        ) { context, input in
            try files.finish(input, context)
            return WorkerReceipt()
        }
    }

    private static func fail(_ tasks: WorkerTasks) -> Route {
        .post(
            "/api/worker/fail", access: .provider, limit: nil, body: FailInput.self,
            answers: [200: WorkerReceipt.schema], features: ["GPU-01", "GEN-05"],
            summary: "Says why a worker cannot do a job, and whether another attempt makes sense."
        ) { context, input in
            try tasks.fail(
                input.job, input.lease, try context.workerToken(), code: input.code, message: input.message,
                isRetryable: input.retryable)
            context.log.notice(
                "a worker could not do a job", ["job": .string(input.job.text), "code": .string(input.code)])
            return WorkerReceipt()
        }
    }
}

/// The files of workers on their way into the storage.
private struct WorkerFiles: Sendable {
    let tasks: WorkerTasks
    let storage: any MediaStorage
    let signer: UploadSigner

    private static let contentType = "video/mp4"
    /// How long addresses are good; a worker asks again for fresh ones.
    private static let addressLifetime = 1_800.0

    func begin(_ input: WorkerUploadInput, _ context: Context) throws -> WorkerUpload {
        let plan = UploadPlan(size: input.size, partSize: storage.partBytes ?? input.size)
        let mustDelete = try tasks.beginUpload(
            input.job, input.lease, try context.workerToken(), plan: plan, sha256: input.sha256)
        if mustDelete { try storage.deleteParts(of: input.lease) }
        let expires = context.now.addingTimeInterval(Self.addressLifetime)
        let permission = try storage.permission(
            UploadRequest(
                upload: input.lease, plan: plan, contentType: Self.contentType, now: context.now, expires: expires,
                signer: signer))
        return WorkerUpload(
            permission: permission, plan: plan, expiresAt: expires,
            arrived: plan.arrived(in: try storage.stagedParts(of: input.lease)))
    }

    /// A worker that sent something else than it announced still has its file, and can send it again.
    func finish(_ input: DoneInput, _ context: Context) throws {
        let token = try context.workerToken()
        guard let file = try tasks.file(input.job, input.lease, token) else { return }
        guard file.sha256 == input.sha256, file.plan.size == input.size else { throw WorkerRefusal.wrongChecksum }
        let missing = file.plan.missing(from: try storage.stagedParts(of: input.lease))
        guard missing.isEmpty else {
            throw Problem(
                status: 422, code: "upload_incomplete",
                message: "The file is incomplete: \(missing.count) of \(file.plan.count) parts are missing.",
                members: ["missingParts": .array(missing.map { .integer($0) })])
        }
        guard try checksum(of: input.lease, file) == input.sha256 else {
            try storage.deleteParts(of: input.lease)
            throw WorkerRefusal.wrongChecksum
        }
        try tasks.finish(
            input.job, input.lease, token,
            made: MadeFile(
                width: input.width, height: input.height, frames: input.frames, fps: input.fps, seconds: input.seconds))
        context.log.info(
            "a worker has done a job", ["job": .string(input.job.text), "bytes": .int(input.size)])
    }

    /// This process may not write where media are.
    private func checksum(of upload: UUID, _ file: WorkerTasks.File) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/worker-\(UUID().text)"
        defer { try? Files.remove(path) }
        try storage.assemble(upload, count: file.plan.count, to: path)
        return try ContentHash.of(path)
    }
}

extension Context {
    /// The token that the caller sends. Whether it is known is found out with the next statement.
    fileprivate func workerToken() throws -> WorkerToken {
        guard let token = request.bearerToken.flatMap(WorkerToken.init) else { throw WorkerRefusal.unknownToken }
        return token
    }
}
