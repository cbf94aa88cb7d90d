internal import HTTP
internal import Platform
internal import Text

extension SystemRoutes {
    #if DEBUG
        /// Routes by which tests cause faults. They are in no release build, and no client reaches them.
        static let debugging: [Route] = [
            .get("/internal/trap", access: .internal_, limit: nil, isAlwaysServed: true, summary: "Traps.") { context in
                let numbers = context.request.query.values("n").compactMap { Int($0) }
                return Response.text("\(numbers[numbers.count])")
            },
            .get(
                "/internal/trap-later", access: .internal_, limit: nil, isAlwaysServed: true,
                summary: "Traps on another thread, once its request waits for something.",
                later: { context in
                    let queue = GroupQueue<[Int], [Int]>(groupLimit: 1, capacity: 1, runner: ThreadForEachStep())
                    queue.start { tickets in for ticket in tickets { ticket.answer(.success(ticket.item)) } }
                    let numbers = context.request.query.values("n").compactMap { Int($0) }
                    return .later { then in
                        queue.submit(numbers) { outcome in
                            then(outcome.map { numbers in .text("\(numbers[numbers.count])") })
                        }
                    }
                }),
            // Reading a named pipe blocks until its other end was opened and closed, so a test knows that a request
            // is in flight, and says itself when it ends. Only a program reads it right: Data takes it for empty.
            .get("/internal/hold", access: .internal_, limit: nil, isAlwaysServed: true, summary: "Waits for a pipe.") {
                context in
                let pipe = context.request.server["HOLD_PIPE"] ?? ""
                let read = try Subprocess.run("/bin/cat", [pipe], timeout: .seconds(60))
                return Response.content(read.stdout, type: "text/plain")
            },
            Route(
                .post, "/internal/echo", access: .internal_, limit: nil, bodyLimit: 65_536,
                body: .raw(["application/octet-stream"]), isAlwaysServed: true, summary: "Answers its body."
            ) { context, _ in
                .content(context.request.body, type: "application/octet-stream")
            },
            .get("/internal/fail", access: .internal_, limit: nil, isAlwaysServed: true, summary: "Throws.") {
                _ -> Response in
                throw Unhealthy("on purpose")
            },
            .get("/internal/stream", access: .internal_, limit: nil, isAlwaysServed: true, summary: "Streams.") {
                context in
                let isBroken = context.request.query["broken"] == "1"
                return Response.stream("text/plain") { writer in
                    for number in 0..<10_000 { try writer.write("line \(number)\n") }
                    if isBroken { throw Unhealthy("on purpose") }
                }
            },
        ]

        private struct ThreadForEachStep: StepRunner {
            func perform(_ steps: [Step]) {
                for step in steps { _ = try? BackgroundThread(named: "step", step) }
            }
        }
    #else
        static let debugging: [Route] = []
    #endif
}
