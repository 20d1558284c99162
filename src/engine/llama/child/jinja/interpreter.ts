import { entriesOf, filterNamed } from './filters.ts';
import { formatText } from './format.ts';
import { type Environment, LibraryEnvironment, LibraryInterpreter, type Statement } from './library.ts';
import { addable, bind, characterAt, isIn, loopAt, repeat } from './operations.ts';
import { print } from './print.ts';
import { plain } from './shadow.ts';
import { positionsOf, sliceString, stringMember } from './strings.ts';
import {
  checkSize,
  flag,
  isEqual,
  isMissing,
  isTrue,
  list,
  listIn,
  mapIn,
  missing,
  text,
  textIn,
  type Value,
  wholeIn,
} from './values.ts';

/** `{% break %}` or `{% continue %}` on its way to the loop, with what was written before it. */
class LoopControl extends Error {
  readonly kind: 'Break' | 'Continue';
  output = '';
  constructor(kind: 'Break' | 'Continue') {
    super(`${kind} outside of a loop`);
    this.kind = kind;
  }
}

/** A node that stands for a value which is known already, so that the library goes on from there. */
const known = (value: Value): Statement => ({ type: 'Known', value });
const withParts = (node: Statement, parts: Partial<Statement>): Statement => ({ ...node, ...parts });

/**
 * The library's interpreter with what real templates need besides: strings of which a part is
 * shaded, Python's string methods, `break` and `continue` that keep what was written, loops whose
 * variables end with them, and a bound on the size of everything.
 */
export class TemplateInterpreter extends LibraryInterpreter {
  /** The library's own one drops what stands before a `continue`. */
  override evaluateBlock(statements: readonly Statement[], environment: Environment): Value {
    return text(this.#block(statements, environment));
  }

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    return checkSize(statement === undefined ? missing() : this.#evaluate(statement, environment));
  }

  #evaluate(statement: Statement, environment: Environment): Value {
    switch (statement.type) {
      case 'Known':
        return statement.value as Value;
      case 'Break':
      case 'Continue':
        throw new LoopControl(statement.type);
      case 'For':
        return text(this.#loop(statement, environment));
      case 'MemberExpression':
        return this.#member(statement, environment);
      case 'BinaryExpression':
        return this.#binary(statement, environment);
      case 'FilterExpression':
        return this.#filterNode(statement, this.evaluate(statement.operand, environment), environment);
      case 'FilterStatement':
        return this.#filterNode(statement, text(this.#block(statement.body ?? [], environment)), environment);
      case 'TestExpression':
        return this.#testNode(statement, environment);
      default:
        return super.evaluate(statement, environment);
    }
  }

  #block(statements: readonly Statement[], environment: Environment): string {
    let output = '';
    for (const statement of statements) {
      try {
        output += print(this.evaluate(statement, environment));
      } catch (error) {
        if (error instanceof LoopControl) error.output = output + error.output;
        throw error;
      }
      checkSize(text(output));
    }
    return output;
  }

  #loop(node: Statement, environment: Environment): string {
    const condition = node.iterable?.type === 'SelectExpression' ? node.iterable.test : undefined;
    const subject = this.evaluate(condition ? node.iterable?.lhs : node.iterable, environment);
    let entries = entriesOf(subject);
    if (condition)
      entries = entries.filter((entry) => {
        const scope = new LibraryEnvironment(environment);
        bind(node.loopvar, entry, scope);
        return isTrue(this.evaluate(condition, scope));
      });
    if (entries.length === 0) return this.#block(node.defaultBlock ?? [], environment);
    let output = '';
    for (const [index, entry] of entries.entries()) {
      // Python's loops forget what was set in them with every round.
      const scope = new LibraryEnvironment(environment);
      bind(node.loopvar, entry, scope);
      scope.setVariable('loop', loopAt(entries, index));
      try {
        output += this.#block(node.body ?? [], scope);
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        output += error.output;
        if (error.kind === 'Break') break;
      }
      checkSize(text(output));
    }
    return output;
  }

  #member(node: Statement, environment: Environment): Value {
    const object = this.evaluate(node.object, environment);
    const [string, entries] = [textIn(object), listIn(object)];
    if (node.computed && node.property?.type === 'SliceExpression' && (string !== undefined || entries)) {
      const [start, stop, step] = [node.property.start, node.property.stop, node.property.step].map((part) =>
        wholeIn(this.evaluate(part, environment)),
      );
      if (string !== undefined) return text(sliceString(string, start, stop, step ?? 1));
      return list(positionsOf(entries?.length ?? 0, start, stop, step ?? 1).flatMap((at) => entries?.[at] ?? []));
    }
    if (node.computed) {
      const property = this.evaluate(node.property, environment);
      const [name, position] = [textIn(property), wholeIn(property)];
      if (string !== undefined && position !== undefined) return characterAt(string, position);
      if (string !== undefined && name !== undefined) return stringMember(string, plain(name)) ?? missing();
      if (isMissing(property)) return missing();
      const key = name === undefined ? property : text(plain(name));
      return super.evaluate(withParts(node, { object: known(object), property: known(key) }), environment);
    }
    const name = node.property?.value;
    if (string !== undefined && typeof name === 'string') return stringMember(string, name) ?? missing();
    return super.evaluate(withParts(node, { object: known(object) }), environment);
  }

  #binary(node: Statement, environment: Environment): Value {
    const operator = node.operator?.value;
    if (operator === 'and' || operator === 'or') return super.evaluate(node, environment);
    const left = this.evaluate(node.left, environment);
    const right = this.evaluate(node.right, environment);
    switch (operator) {
      case '==':
        return flag(isEqual(left, right));
      case '!=':
        return flag(!isEqual(left, right));
      case 'in':
        return flag(isIn(left, right));
      case 'not in':
        return flag(!isIn(left, right));
      case '~':
        return text(print(left) + print(right));
      case '*': {
        const [string, times] = [textIn(left) ?? textIn(right), wholeIn(left) ?? wholeIn(right)];
        if (string !== undefined && times !== undefined) return text(repeat(string, times));
        break;
      }
      case '%': {
        const form = textIn(left);
        if (form !== undefined) return text(formatText(form, right.type === 'TupleValue' ? (listIn(right) ?? []) : [right]));
        break;
      }
      case '+':
        if (textIn(left) !== undefined || textIn(right) !== undefined) return text(addable(left) + addable(right));
        break;
    }
    return super.evaluate(withParts(node, { left: known(left), right: known(right) }), environment);
  }

  #filterNode(node: Statement, operand: Value, environment: Environment): Value {
    const filter = node.filter;
    const name = String((filter?.type === 'CallExpression' ? filter.callee : filter)?.value);
    if (!filterNamed(name)) {
      // The library has a filter for what it knows, and a sentence for what it does not.
      if (isMissing(operand)) return missing();
      return super.evaluate(withParts(node, { type: 'FilterExpression', operand: known(operand) }), environment);
    }
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    for (const argument of filter?.type === 'CallExpression' ? (filter.args ?? []) : [])
      if (argument.type === 'KeywordArgumentExpression' && argument.key)
        named.set(argument.key.value, this.evaluate(argument.value as Statement, environment));
      else positional.push(this.evaluate(argument, environment));
    return this.#filter(name, operand, positional, named, environment);
  }

  #filter(
    name: string,
    operand: Value,
    positional: readonly Value[],
    named: ReadonlyMap<string, Value>,
    environment: Environment,
  ): Value {
    const filter = filterNamed(name);
    if (!filter) throw new Error(`there is no filter ${name} that can be named in map()`);
    return filter(operand, {
      positional,
      named,
      print,
      filter: (inner, value, values) => checkSize(this.#filter(inner, value, values, new Map(), environment)),
      test: (inner, value, values) => this.#test(inner, value, values, environment),
    });
  }

  #testNode(node: Statement, environment: Environment): Value {
    const result = this.#test(String(node.test?.value), this.evaluate(node.operand, environment), [], environment);
    return flag(node.negate ? !result : result);
  }

  #test(name: string, value: Value, [other = missing()]: readonly Value[], environment: Environment): boolean {
    switch (name) {
      case 'iterable':
      case 'sequence':
        return textIn(value) !== undefined || listIn(value) !== undefined || mapIn(value) !== undefined;
      case 'mapping':
        return mapIn(value) !== undefined;
      case 'equalto':
      case 'eq':
      case '==':
        return isEqual(value, other);
      case 'ne':
        return !isEqual(value, other);
      case 'in':
        return isIn(value, other);
      case 'truthy':
        return isTrue(value);
      default: {
        const node = { type: 'TestExpression', operand: known(value), negate: false, test: { type: 'Identifier', value: name } };
        return isTrue(super.evaluate(node, environment));
      }
    }
  }
}
