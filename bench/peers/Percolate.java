import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Lucene's monitor behind a pipe, for bench/peers/lucene.py.
 *
 * <pre>
 * W  word  count                          how many of the first events have a word; before all rules
 * R  number  companies  clauses  none     a rule: companies by commas, or *; clauses by |, their words by commas
 * E  title  body  companies               an event; before the first one the rules are taken in
 * </pre>
 *
 * Fields are separated by tabs. Each E, and each line of a dot, is answered by a line: the numbers of the rules that
 * hold, or by the bytes of heap in use. A word before which stands `t:` has to be in the title.
 */
public final class Percolate {
    private static final int PASSES = 2;
    private static final int BATCH = 10_000;

    private final Map<String, Integer> seen = new HashMap<>();
    private final List<MonitorQuery> waiting = new ArrayList<>();
    private final Monitor monitor;

    private Percolate() throws IOException {
        TermWeightor rare = term -> 1.0 / (1 + seen.getOrDefault(term.text(), 0));
        monitor = new Monitor(
                new StandardAnalyzer(),
                new MultipassTermFilteredPresearcher(
                        PASSES, 0f, rare, Collections.emptyList(), Collections.emptySet()),
                new MonitorConfiguration());
    }

    public static void main(String[] arguments) throws IOException {
        Percolate percolate = new Percolate();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] fields = line.split("\t", -1);
            switch (fields[0]) {
                case "W" -> percolate.seen.put(fields[1], Integer.valueOf(fields[2]));
                case "R" -> percolate.add(fields);
                case "E" -> out.println(percolate.match(fields));
                default -> out.println(percolate.used());
            }
        }
        percolate.monitor.close();
    }

    private long used() throws IOException {
        takeIn();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void add(String[] fields) throws IOException {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        int needed = 0;
        if (!fields[2].equals("*")) {
            BooleanQuery.Builder companies = new BooleanQuery.Builder();
            for (String company : fields[2].split(",")) {
                companies.add(new TermQuery(new Term("company", company)), Occur.SHOULD);
            }
            all.add(companies.build(), Occur.MUST);
            needed++;
        }
        if (!fields[3].isEmpty()) {
            for (String clause : fields[3].split("\\|")) {
                all.add(any(clause), Occur.MUST);
                needed++;
            }
        }
        if (needed == 0) all.add(new MatchAllDocsQuery(), Occur.MUST);
        if (!fields[4].isEmpty()) all.add(any(fields[4]), Occur.MUST_NOT);
        waiting.add(new MonitorQuery(fields[1], all.build()));
        if (waiting.size() >= BATCH) takeIn();
    }

    private void takeIn() throws IOException {
        if (!waiting.isEmpty()) monitor.register(waiting);
        waiting.clear();
    }

    private static Query any(String clause) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        for (String word : clause.split(",")) {
            boolean titled = word.startsWith("t:");
            String[] words = (titled ? word.substring(2) : word).split(" ");
            any.add(phrase("title", words), Occur.SHOULD);
            if (!titled) any.add(phrase("body", words), Occur.SHOULD);
        }
        return any.build();
    }

    private static Query phrase(String field, String[] words) {
        return words.length == 1 ? new TermQuery(new Term(field, words[0])) : new PhraseQuery(field, words);
    }

    private String match(String[] fields) throws IOException {
        takeIn();
        Document document = new Document();
        document.add(new TextField("title", fields[1], Field.Store.NO));
        document.add(new TextField("body", fields[2], Field.Store.NO));
        for (String company : fields[3].split(",")) {
            document.add(new StringField("company", company, Field.Store.NO));
        }
        MatchingQueries<QueryMatch> found = monitor.match(document, QueryMatch.SIMPLE_MATCHER);
        StringBuilder numbers = new StringBuilder();
        for (QueryMatch match : found.getMatches()) {
            numbers.append(numbers.length() == 0 ? "" : ",").append(match.getQueryId());
        }
        return numbers.toString();
    }
}
