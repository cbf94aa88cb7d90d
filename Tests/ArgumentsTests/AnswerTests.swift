import HTTP
import Tally
import Testing

@testable import dailies

@Suite("The JSON of the operator's commands")
struct AnswerTests {
    @Test("FILM-13 an answer is indented, its members sorted by name, and what is absent is null")
    func report() throws {
        #expect(
            try Output.indented(TallyCheck.report(on: [], isWhole: true).json) == """
                {
                  "documents" : 0,
                  "faults" : [
                    {
                      "code" : "nothing",
                      "message" : "there is no document",
                      "slot" : null
                    }
                  ],
                  "isSound" : false,
                  "rounds" : [

                  ]
                }
                """)
    }

    @Test("OPS-05 paths are written as they are")
    func finding() throws {
        #expect(
            try Output.indented(Finding.good("MEDIA_DIR", "/var/lib/dailies/media").json) == """
                {
                  "check" : "MEDIA_DIR",
                  "detail" : "/var/lib/dailies/media",
                  "file" : null,
                  "isGood" : true,
                  "line" : null,
                  "remedy" : "",
                  "weight" : "good"
                }
                """)
    }
}
